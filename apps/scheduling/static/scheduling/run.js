/* The page of a run: progress and lines come while it lives; with each new state the facts are drawn anew. */
(() => {
  "use strict";

  const PAUSE = 2000; // milliseconds between two questions
  const QUIET_PAUSE = 15000; // where the socket tells: only for what it lost
  const QUARTER = 25; // percent
  const MOST_LINES = 2000; // lines that are kept on the page; the file has all
  const start = (box) => {
    const states = JSON.parse(box.dataset.states);
    const log = box.querySelector("[data-log]");
    const empty = box.querySelector("[data-log-empty]");
    let isLive = box.dataset.isLive === "yes";
    let isAsking = false;
    let isDue = false;
    log.scrollTop = log.scrollHeight;
    if (!isLive) return;

    const line = (told) => {
      const item = document.createElement("li");
      item.className = `at-log-${told.level}`;
      const time = document.createElement("time");
      time.dateTime = told.at;
      time.textContent = told.clock;
      const level = document.createElement("span");
      level.className = "at-log-level";
      level.textContent = told.level_text;
      const text = document.createElement("span");
      text.className = "at-log-text";
      text.textContent = told.text;
      item.append(time, level, text);
      return item;
    };

    /* Told aloud are another state and each quarter, not each step. */
    const said = box.querySelector("[data-said]");
    let quarter = Math.floor(Number(box.querySelector("[data-percent]").textContent) / QUARTER);
    const say = (isOther, state, percent) => {
      const now = Math.floor(percent / QUARTER);
      if (isOther) said.textContent = state.label;
      else if (now !== quarter) said.textContent = `${percent} %`;
      quarter = now;
    };

    const isOtherState = (told) => {
      const state = states[told.state];
      return Boolean(state) && box.querySelector("[data-state-chip]").textContent !== state.label;
    };
    const show = (told) => {
      const state = states[told.state];
      const chip = box.querySelector("[data-state-chip]");
      const isOther = isOtherState(told);
      if (isOther) {
        chip.textContent = state.label;
        chip.className = `at-chip at-chip-${state.tone}`;
      }
      const percent = told.state === "succeeded" ? 100 : Math.round(told.percent || 0);
      const bar = box.querySelector("[data-progress]");
      bar.value = percent;
      bar.setAttribute("aria-valuenow", String(percent));
      bar.dataset.state = told.state;
      box.querySelector("[data-percent]").textContent = String(percent);
      const text = box.querySelector("[data-text]");
      if (text.textContent !== told.text) text.textContent = told.text || "";
      say(isOther, state, percent);
      return isOther;
    };

    const add = (lines) => {
      if (!lines.length) return;
      const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      log.append(...lines.map(line));
      while (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
      log.dataset.last = lines[lines.length - 1].id;
      empty.hidden = true;
      if (isAtEnd) log.scrollTop = log.scrollHeight;
    };

    /* What had the focus keeps it, or passes it on to the first thing to do where it is gone. */
    const refocus = (address) => {
      const links = [...box.querySelectorAll("[data-part-of-run] a")];
      (links.find((link) => link.getAttribute("href") === address) || links[0])?.focus({ preventScroll: true });
    };

    /* Another state is drawn by the server: its parts of the page replace ours, the lines stay. */
    const redraw = async () => {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const held = document.activeElement?.closest("[data-part-of-run] a")?.getAttribute("href");
      box.querySelectorAll("[data-part-of-run]").forEach((part) => {
        const made = fresh.querySelector(`[data-part-of-run="${part.dataset.partOfRun}"]`);
        if (made) part.replaceWith(made);
      });
      if (held) refocus(held);
      empty.textContent = fresh.querySelector("[data-log-empty]").textContent;
    };

    const ask = async () => {
      if (isAsking) {
        isDue = true;
        return;
      }
      isAsking = true;
      try {
        const answer = await fetch(`${box.dataset.linesUrl}?after=${log.dataset.last}`, { headers: { Accept: "application/json" } });
        if (answer.ok) {
          const told = await answer.json();
          add(told.lines);
          const isOther = show(told);
          isDue = isDue || told.has_more;
          const isEnd = isLive && !told.is_live && !told.has_more;
          if (isEnd) isLive = false;
          if (isOther || isEnd) await redraw();
        }
      } catch {
        isDue = false; // the next question comes by itself
      } finally {
        isAsking = false;
      }
      if (isDue) {
        isDue = false;
        ask();
      }
    };

    let last = -QUIET_PAUSE;
    const go = async () => {
      const isTold = document.documentElement.dataset.live === "on";
      const isTime = !isTold || performance.now() - last >= QUIET_PAUSE;
      if (!document.hidden && isTime) {
        last = performance.now();
        await ask();
      }
      if (isLive) setTimeout(go, PAUSE);
    };
    window.atriumLive.subscribe("scheduling.runs", () => {});
    window.atriumLive.on("run.changed", (message) => {
      if (message.data.task_id !== box.dataset.runPage || !isLive) return;
      if (isOtherState(message.data)) ask();
      else show(message.data);
    });
    window.atriumLive.on("run.lines", (message) => {
      if (String(message.data.id) === box.dataset.runKey && isLive) ask();
    });
    go();
  };
  document.querySelectorAll("[data-run-page]").forEach(start);
})();
