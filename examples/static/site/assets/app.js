const output = document.querySelector("output");
let timer;

for (const button of document.querySelectorAll("button")) {
  button.addEventListener("click", () => start(Number(button.dataset.minutes) * 60));
}

function start(seconds) {
  clearInterval(timer);
  const end = Date.now() + seconds * 1000;
  show(seconds);
  timer = setInterval(() => {
    const left = Math.round((end - Date.now()) / 1000);
    if (left <= 0) clearInterval(timer);
    show(left);
  }, 1000);
}

function show(seconds) {
  const rest = String(seconds % 60).padStart(2, "0");
  output.textContent = seconds > 0 ? `${Math.floor(seconds / 60)}:${rest}` : "Your tea is ready.";
}
