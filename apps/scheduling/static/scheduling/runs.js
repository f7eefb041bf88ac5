/* Lists move: chips and bars follow what is told of the runs, and the rows are drawn anew where nobody is at them. */
(() => {
  "use strict";

  const PAUSE = 4000; // milliseconds between two drawings
  const FORM = "#changelist-form";

  /* Draws the list anew, soon and seldom; `draw` says whether it could. */
  const seldom = (draw, refused) => {
    let timer = 0;
    let last = -PAUSE;
    let isDue = false;
    const act = async () => {
      timer = 0;
      if (document.hidden) {
        isDue = true;
        return;
      }
      isDue = false;
      last = performance.now();
      if (!(await draw())) refused();
    };
    const ask = () => { timer = timer || setTimeout(act, Math.max(300, last + PAUSE - performance.now())); };
    document.addEventListener("visibilitychange", () => { if (!document.hidden && isDue) ask(); });
    return ask;
  };

  /* Whoever has chosen rows, or is in one with keyboard or pointer, keeps them as they are. */
  const isInUse = () => {
    const form = document.querySelector(FORM);
    const marked = getSelection();
    return form.contains(document.activeElement)
      || form.querySelector(".action-select:checked") !== null
      || (!marked.isCollapsed && form.contains(marked.anchorNode));
  };

  /* The boxes stay, because the script of the actions knows them; they stand for other rows then. */
  const renewRow = (row, fresh) => {
    const [box, other] = [row, fresh].map((item) => item.querySelector(".action-select"));
    if (box && other) box.value = other.value;
    const cells = [...row.cells].filter((cell) => !cell.contains(box));
    const made = [...fresh.cells].filter((cell) => !cell.contains(other));
    cells.forEach((cell, n) => { if (cell.innerHTML !== made[n].innerHTML) cell.replaceWith(made[n]); });
  };
  const renewRows = (page) => {
    const [old, fresh] = [document, page].map((where) => [...where.querySelectorAll(`${FORM} tr.data-row`)]);
    if (old.length && old.length === fresh.length) {
      old.forEach((row, n) => renewRow(row, fresh[n]));
      return;
    }
    const form = page.querySelector(FORM);
    document.querySelector(FORM).replaceWith(form);
    const boxes = form.querySelectorAll("tr input.action-select");
    if (boxes.length) window.Actions?.(boxes, { parent: form.closest(".result-list-wrapper") });
  };

  const start = () => {
    const box = document.querySelector("[data-runs]");
    if (!box) return;
    const states = JSON.parse(box.dataset.states);
    const isFollowing = box.dataset.runs === "follow";
    const news = box.querySelector("[data-runs-news]");
    const unseen = new Set();

    const tell = () => {
      if (!news || !unseen.size) return;
      news.textContent = unseen.size === 1 ? news.dataset.one : news.dataset.many.replace("{n}", String(unseen.size));
      news.hidden = false;
    };
    const draw = async () => {
      if (isInUse()) return false;
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (!answer.ok || answer.redirected || isInUse()) return false;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (!page.querySelector(FORM)) return false;
        renewRows(page);
        box.querySelectorAll("[data-part-of-runs]").forEach((part) => {
          const made = page.querySelector(`[data-part-of-runs="${part.dataset.partOfRuns}"]`);
          if (made) part.replaceWith(made);
        });
        box.querySelectorAll("canvas[data-stack]").forEach((canvas, n) => {
          const made = page.querySelectorAll("[data-runs] canvas[data-stack]")[n];
          if (made) window.atriumPlots.renew(canvas, made.dataset.stack);
        });
        unseen.clear();
        if (news) news.hidden = true;
        return true;
      } catch {
        return false;
      }
    };
    const drawSoon = seldom(draw, tell);

    const find = (id, part) => [...document.querySelectorAll(`[data-part="${part}"][data-run]`)].find((item) => item.dataset.run === id);
    const change = (told) => {
      const chip = find(told.task_id, "state");
      const state = states[told.state];
      const isOther = !chip || (state && chip.textContent !== state.label);
      if (isFollowing && isOther) drawSoon();
      if (!chip) {
        if (news) unseen.add(told.task_id);
        if (!isFollowing) tell();
        return;
      }
      if (state && isOther) {
        chip.textContent = state.label;
        chip.className = `at-chip at-chip-${state.tone}`;
      }
      const progress = find(told.task_id, "progress");
      if (!progress) return;
      const percent = told.state === "succeeded" ? 100 : Math.round(told.percent || 0);
      progress.dataset.state = told.state;
      progress.querySelector("progress").value = percent;
      progress.querySelector('[data-part="percent"]').textContent = `${percent} %`;
      progress.querySelector('[data-part="text"]').textContent = told.text || "";
    };
    window.atriumLive.subscribe("scheduling.runs", () => {});
    window.atriumLive.on("run.changed", (message) => change(message.data));
    window.atriumLive.on("gap", () => { if (isFollowing) drawSoon(); });
  };
  document.addEventListener("DOMContentLoaded", start);
})();
