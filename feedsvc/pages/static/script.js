// Conveniences. Every page is whole without them.
"use strict";

// Behind each address that is to be copied, a button that does so.
for (const address of document.querySelectorAll(".address")) {
  const { copy, copied } = document.body.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = copy;
  button.setAttribute("aria-describedby", address.id);
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.textContent);
    } catch { // not allowed here: it is marked, so that the keyboard can copy it
      getSelection().selectAllChildren(address);
      return;
    }
    button.textContent = copied;
    setTimeout(() => { button.textContent = copy; }, 2000);
  });
  address.after(button);
}

// j and k lead to the next and the previous paper, / to the search.
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.matches("input, textarea, select, [contenteditable]")) return;
  if (key === "/") {
    const field = document.querySelector("[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  } else if (key === "j" || key === "k") {
    const papers = [...document.querySelectorAll("article")];
    const tops = papers.map((paper) => Math.round(paper.getBoundingClientRect().top));
    const at = key === "j" ? tops.findIndex((top) => top > 24) : tops.findLastIndex((top) => top < 8);
    if (at >= 0) {
      papers[at].scrollIntoView();
      const title = papers[at].querySelector("h3 a") ?? papers[at].querySelector(".links a");
      title.focus({ preventScroll: true });
    }
  }
});
