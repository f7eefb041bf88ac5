/* The permission tree of a role: an entry ticks all below it, stands half-ticked over a part, and is ticked with any of them. */
(() => {
  "use strict";

  const own = (item) => item.querySelector(":scope > .at-perms-row input");
  const inside = (item) => [...item.querySelectorAll('input[type="checkbox"]')].filter((box) => box !== own(item));
  const free = (box) => !box.disabled;

  const start = (tree) => {
    const find = (name) => tree.querySelector(`[data-perms="${name}"]`);
    const boxes = [...tree.querySelectorAll('input[type="checkbox"]')];
    const items = [...tree.querySelectorAll("li")];
    const deepestFirst = [...items].reverse();

    const show = () => {
      deepestFirst.forEach((item) => {
        const below = inside(item);
        own(item).indeterminate = own(item).checked && below.some((box) => !box.checked);
      });
      const count = boxes.filter((box) => box.checked).length;
      find("count").textContent = tree.dataset.countText.replace("{n}", count).replace("{all}", boxes.length);
    };

    /* Whoever gets an entry needs those above it, or the menu could not show it. */
    const tickAbove = (box) => {
      for (let item = box.closest("li"); item; item = item.parentElement.closest("li")) {
        if (free(own(item))) own(item).checked = true;
      }
    };

    const change = (box) => {
      const item = box.closest("li");
      if (item && own(item) === box) inside(item).filter(free).forEach((other) => { other.checked = box.checked; });
      if (box.checked) tickAbove(box);
      show();
    };

    const all = (checked) => {
      boxes.filter((box) => free(box) && box.closest("[hidden]") === null).forEach((box) => { box.checked = checked; });
      if (checked) boxes.filter((box) => box.checked).forEach(tickAbove);
      show();
    };

    const filter = (text) => {
      const word = text.trim().toLowerCase();
      const fits = (part) => part.dataset.words.toLowerCase().includes(word);
      deepestFirst.forEach((item) => {
        const isOne = fits(item);
        const buttons = [...item.querySelectorAll(":scope > .at-perms-buttons > label")];
        buttons.forEach((label) => { label.hidden = !isOne && !fits(label); });
        const isAbove = [...item.querySelectorAll(":scope > ul > li")].some((child) => !child.hidden);
        item.hidden = !isOne && !isAbove && buttons.every((label) => label.hidden);
      });
    };

    /* A half-ticked entry is ticked: the first press completes it, the next one clears it. */
    let wasHalf = false;
    tree.addEventListener("pointerdown", (event) => remember(event.target));
    tree.addEventListener("keydown", (event) => { if (event.key === " ") remember(event.target); });
    const remember = (target) => {
      const label = target.closest("label");
      const box = target.matches("input") ? target : label && label.querySelector("input");
      wasHalf = Boolean(box && box.indeterminate);
    };
    tree.addEventListener("change", (event) => {
      if (!event.target.matches('input[type="checkbox"]')) return;
      if (wasHalf) event.target.checked = true;
      wasHalf = false;
      change(event.target);
    });

    find("all").addEventListener("click", () => all(true));
    find("none").addEventListener("click", () => all(false));
    find("filter").addEventListener("input", (event) => filter(event.target.value));
    find("filter").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    show();
  };

  window.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-permission-tree]").forEach(start));
})();
