/* Says above a list that a row of it has changed meanwhile; data-changed names the topic. */
(() => {
  "use strict";

  document.querySelectorAll("[data-changed]").forEach((box) => window.atriumLive.subscribe(box.dataset.changed, (message) => {
    if (message.type === "event") box.firstElementChild.hidden = false;
  }));
})();
