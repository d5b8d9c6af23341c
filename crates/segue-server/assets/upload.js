// A file is put into the data folder as it is chosen; its name becomes the path of the table, and guesses the table's name.
const part = document.querySelector("[data-upload]");
const file = part?.querySelector("input");
const bar = part?.querySelector("progress");
const said = part?.querySelector("[role=status]");

function say(words) {
  bar.hidden = true;
  said.hidden = false;
  said.textContent = words;
}

/** A name that the server takes. */
function plain(name) {
  return name.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^\w.-]+/g, "_").replace(/^[^a-z0-9]+/i, "").slice(-100);
}

if (file) {
  // What is sent as it is chosen is not sent once more with the form.
  file.removeAttribute("name");
  file.form.enctype = "application/x-www-form-urlencoded";
  document.getElementById("path").required = true;
}

file?.addEventListener("change", () => {
  const chosen = file.files[0];
  if (!chosen) return;
  const request = new XMLHttpRequest();
  request.open("POST", `/api/v1/files?name=${encodeURIComponent(plain(chosen.name))}`);
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => (bar.value = (100 * event.loaded) / event.total));
  request.addEventListener("load", () => {
    if (request.status !== 201) return say(`${file.dataset.failed} ${request.response?.detail ?? ""}`);
    const path = document.getElementById("path");
    const name = document.getElementById("name");
    path.value = request.response.path;
    if (!name.value) name.value = path.value.replace(/\.\w+$/, "").replace(/[^\w-]/g, "_").replace(/^[^a-z]+/i, "").slice(0, 64);
    say(file.dataset.done);
    name.focus();
  });
  request.addEventListener("error", () => say(file.dataset.failed));
  bar.value = 0;
  bar.hidden = false;
  said.hidden = true;
  request.send(chosen);
});
