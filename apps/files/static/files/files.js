/* The file manager: choosing, asking, and uploading with a bar for each file. */
(() => {
  "use strict";

  const box = document.querySelector("[data-files]");
  if (!box) return;
  const find = (name) => box.querySelector(`[data-files-${name}]`);
  const form = find("form");
  const dialog = find("dialog");
  const chosen = () => [...form.querySelectorAll('input[name="pk"]:checked')];

  const submit = (act, fields = {}) => {
    form.elements.act.value = act;
    Object.entries(fields).forEach(([name, value]) => { form.elements[name].value = value; });
    form.submit();
  };

  const count = () => {
    const bar = find("chosen");
    if (!bar) return;
    const number = chosen().length;
    bar.hidden = number === 0;
    find("count").textContent = find("count").dataset.filesCount.replace("{n}", number);
    bar.querySelectorAll("[data-one]").forEach((button) => { button.disabled = number !== 1; });
  };
  form.addEventListener("change", count);
  count();

  const ask = (button) => {
    const isInto = "into" in button.dataset;
    const field = find("name").querySelector("input");
    find("title").textContent = button.dataset.title;
    find("name").hidden = isInto;
    find("into").hidden = !isInto;
    field.required = !isInto;
    field.value = button.dataset.ask === "rename" ? chosen()[0].dataset.name : "";
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue !== "ok") return button.focus();
      const into = find("into").querySelector("select").value;
      submit(button.dataset.ask, isInto ? { into } : { name: field.value });
    };
    dialog.showModal();
    (isInto ? find("into").querySelector("select") : field).focus();
  };

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.ask) ask(button);
    else if (button.dataset.act && (!button.dataset.sure || window.confirm(button.dataset.sure))) submit(button.dataset.act);
  });

  /* One after the other: each with its own bar, and what was refused stays to be read. */
  const send = async (file) => {
    const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
    const row = make("li");
    const bar = make("progress", { max: 100, value: 0, className: "at-bar" });
    const said = make("span", { className: "at-quiet" });
    const stop = make("button", { type: "button", className: "at-text-button", textContent: box.dataset.giveUp });
    bar.setAttribute("aria-label", file.name);
    stop.setAttribute("aria-label", `${box.dataset.giveUp}: ${file.name}`);
    row.append(make("span", { textContent: file.name, className: "at-files-sent" }), bar, said, stop);
    find("sending").append(row);
    const say = (text, tone) => {
      if (said.textContent !== text) said.textContent = text; // a screen reader hears each once
      said.className = tone ? `at-chip at-chip-${tone}` : "at-quiet";
    };
    const told = {
      progress: (share) => {
        bar.value = share * 100;
        if (!said.dataset.isOn) say("", "");
        delete said.dataset.isOn;
      },
      waiting: () => say(box.dataset.waiting, "warm"),
      on: () => { said.dataset.isOn = "1"; say(box.dataset.on, "warm"); },
    };
    const stopping = new AbortController();
    stop.addEventListener("click", () => stopping.abort());
    const refusal = await window.atriumUpload(box, form.elements.csrfmiddlewaretoken.value, file, told, stopping.signal);
    stop.remove();
    bar.value = refusal ? 0 : 100;
    say(refusal || box.dataset.done, refusal ? "bad" : "good");
    return !refusal;
  };

  const sendAll = async (files) => {
    let isDone = true;
    for (const file of files) isDone = (await send(file)) && isDone;
    if (isDone && files.length) location.reload();
  };

  const pick = find("pick");
  if (!pick) return;
  /* Made here: the console dresses every field for files that it finds in a page. */
  const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, hidden: true, accept: pick.dataset.accept });
  input.dataset.filesInput = "";
  pick.after(input);
  pick.addEventListener("click", () => input.click());
  input.addEventListener("change", () => sendAll([...input.files]));
  const over = (isOver) => box.classList.toggle("at-files-over", isOver);
  box.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) over(false); });
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    sendAll([...event.dataTransfer.files]);
  });
})();
