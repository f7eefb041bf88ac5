/* The builder of a data rule: the columns of the chosen model alone, variables at a click, and the value tried while it is typed. */
(() => {
  "use strict";

  const WAIT = 300;

  const start = (place) => {
    const form = place.closest("form");
    const field = (name) => form.elements.namedItem(name);
    const model = field("model"), column = field("column"), value = field("value");
    const said = place.querySelector("[data-rule=said]");
    const groups = [...column.querySelectorAll("optgroup")].map((group) => group.cloneNode(true));

    const narrow = () => {
      const label = model.selectedOptions[0].text;
      const kept = column.value;
      column.replaceChildren(...groups.filter((group) => group.label === label).map((group) => group.cloneNode(true)));
      if ([...column.options].some((option) => option.value === kept)) column.value = kept;
    };

    let timer = 0, asked = 0;
    const ask = async () => {
      const number = ++asked;
      const names = ["model", "column", "expression", "operator", "value"];
      const query = new URLSearchParams(names.map((name) => [name, field(name).value]));
      const answer = await fetch(`${place.dataset.url}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || number !== asked) return;
      const found = await answer.json();
      said.textContent = found.text;
      said.className = `at-chip ${found.is_valid ? "at-chip-good" : "at-chip-bad"}`;
      said.hidden = value.value === "";
    };
    const later = () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); };

    place.querySelectorAll("[data-variable]").forEach((button) => button.addEventListener("click", () => {
      const name = button.dataset.variable;
      const isList = ["6", "7"].includes(field("expression").value);
      value.value = isList && value.value.trim() ? `${value.value.trim()}, ${name}` : name;
      value.focus();
      later();
    }));
    model.addEventListener("change", () => { narrow(); later(); });
    ["column", "expression", "value"].forEach((name) => field(name).addEventListener("input", later));
    narrow();
    if (value.value) later();
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-rule=builder]").forEach(start));
})();
