/** In the album's large view the arrow keys go to the picture before or after, as its links do. */

const beside = document.querySelector(".album-beside");

document.addEventListener("keydown", (event) => {
  if (!beside || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const isBackwards = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  const isForwards = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const rel = event.key === isBackwards ? "prev" : event.key === isForwards ? "next" : "";
  const link = rel ? beside.querySelector(`a[rel="${rel}"]`) : null;
  if (link instanceof HTMLAnchorElement) link.click();
});
