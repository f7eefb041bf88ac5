/* Asks before a shared row is taken back. */
(() => {
  "use strict";

  document.querySelectorAll("form[data-sure]").forEach((form) => form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.sure)) event.preventDefault();
  }));
})();
