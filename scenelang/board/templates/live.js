const news = new EventSource("/news");
let at = document.documentElement.dataset.at;
news.onmessage = async (event) => {
  if (event.data === at) return;
  const text = await (await fetch("/")).text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const open = [...document.querySelectorAll("details")].map((d) => d.open);
  document.getElementById("board").replaceWith(fresh.getElementById("board"));
  document.title = fresh.title;
  const now = [...document.querySelectorAll("details")];
  if (now.length === open.length) now.forEach((d, n) => { d.open = open[n]; });
  at = fresh.documentElement.dataset.at;
};
