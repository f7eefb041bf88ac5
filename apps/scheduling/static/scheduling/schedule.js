/* The form of a schedule: the fields of the chosen job, the five fields of cron, and what the times mean. */
(() => {
  "use strict";

  const WAIT = 250; // milliseconds after the last key
  const later = (act) => {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, WAIT);
    };
  };

  const start = (form) => {
    const field = (name) => form.elements.namedItem(name);
    if (!field("task")) return;

    /* The arguments of the job */
    const place = form.querySelector("[data-arguments-place]");
    form.querySelectorAll("[data-without-script]").forEach((item) => { item.hidden = true; });
    field("task").addEventListener("change", async () => {
      const task = field("task").value;
      const answer = await fetch(`${form.dataset.arguments}?${new URLSearchParams({ task })}`);
      if (!answer.ok || field("task").value !== task) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...fresh.body.childNodes);
    });

    /* What the times mean */
    const preview = form.querySelector("[data-preview-place]");
    const element = (name, text, style) => {
      const made = document.createElement(name);
      made.textContent = text;
      if (style) made.className = style;
      return made;
    };
    const kind = () => form.querySelector('[name="kind"]:checked')?.value;
    const show = (told) => {
      if (!told.is_valid) {
        preview.replaceChildren(element("p", told.text, "at-preview-bad"));
        return;
      }
      const words = told.texts.map((words, n) => {
        const made = element("p", words.text, n ? "at-quiet" : "at-preview-words");
        made.lang = words.language;
        return made;
      });
      const times = document.createElement("ol");
      times.append(...told.times.map((time) => element("li", time, "at-number")));
      preview.replaceChildren(...words, element("h3", `${preview.dataset.next} (${told.zone})`), times);
    };
    let number = 0;
    const ask = async () => {
      const mine = ++number;
      const given = kind() === "1" ? { cron: field("cron").value } : { every: field("every").value, period: field("period").value };
      try {
        const answer = await fetch(`${form.dataset.preview}?${new URLSearchParams(given)}`, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const told = await answer.json();
        if (mine === number) show(told);
      } catch {
        if (mine === number) preview.replaceChildren(element("p", preview.dataset.lost, "at-preview-bad"));
      }
    };
    const askLater = later(ask);

    /* The five fields */
    const box = form.querySelector("[data-cron-parts]");
    const parts = [...box.querySelectorAll("input")];
    const spread = () => {
      const found = field("cron").value.trim().split(/\s+/);
      parts.forEach((part, n) => { if (document.activeElement !== part) part.value = found[n] || ""; });
    };
    const gather = () => { field("cron").value = parts.map((part) => part.value.replace(/\s+/g, "") || "*").join(" "); };
    box.hidden = false;
    parts.forEach((part) => part.addEventListener("input", () => { gather(); askLater(); }));
    field("cron").addEventListener("input", () => { spread(); askLater(); });
    form.querySelectorAll("[data-preset]").forEach((button) => button.addEventListener("click", () => {
      field("cron").value = button.dataset.preset;
      spread();
      ask();
    }));

    const choose = () => {
      form.querySelectorAll("[data-kind-part]").forEach((part) => { part.hidden = part.dataset.kindPart !== kind(); });
      ask();
    };
    form.querySelectorAll('[name="kind"]').forEach((choice) => choice.addEventListener("change", choose));
    ["every", "period"].forEach((name) => field(name).addEventListener("input", askLater));
    spread();
    choose();
  };
  document.querySelectorAll("form[data-schedule]").forEach(start);

  /* What was refused is where one goes on. */
  document.querySelector('form [aria-invalid="true"]')?.focus();
})();
