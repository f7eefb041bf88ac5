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
  const send = (file) => new Promise((resolve) => {
    const row = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const said = document.createElement("span");
    name.textContent = file.name;
    bar.max = 100;
    bar.value = 0;
    bar.className = "at-bar";
    bar.setAttribute("aria-label", file.name);
    row.append(name, bar, said);
    find("sending").append(row);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("folder", box.dataset.folder);
    body.append("file", file);
    const call = new XMLHttpRequest();
    call.open("POST", box.dataset.send);
    call.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = (event.loaded / event.total) * 100; };
    call.onloadend = () => {
      const isDone = call.status === 200;
      bar.value = isDone ? 100 : 0;
      let text = box.dataset.failed;
      try { text = isDone ? box.dataset.done : JSON.parse(call.responseText).message || text; } catch { /* no answer of ours */ }
      said.textContent = text;
      said.className = `at-chip at-chip-${isDone ? "good" : "bad"}`;
      resolve(isDone);
    };
    call.send(body);
  });

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
