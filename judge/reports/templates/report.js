(() => {
  "use strict";
  for (const list of document.querySelectorAll("[data-filter]")) {
    const items = [...list.querySelectorAll("[data-kind]")];
    const box = list.querySelector(".filter");
    const [kind, words] = [box.querySelector("select"), box.querySelector("input")];
    const told = box.querySelector("output");
    const show = () => {
      const wanted = words.value.trim().toLowerCase();
      let count = 0;
      for (const item of items) {
        const fits = (!kind.value || item.dataset.kind === kind.value) &&
          (!wanted || item.textContent.toLowerCase().includes(wanted));
        item.hidden = !fits;
        count += fits;
      }
      told.textContent = `${count} of ${items.length}`;
    };
    box.hidden = false;
    kind.addEventListener("change", show);
    words.addEventListener("input", show);
    show();
  }
})();
