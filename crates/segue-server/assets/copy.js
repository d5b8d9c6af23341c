// What is shown once can be copied by a button, where the browser lets us.
for (const field of document.querySelectorAll("input[data-copy]")) {
  const [button, status] = [field.nextElementSibling, field.nextElementSibling.nextElementSibling];
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = status.textContent = status.dataset.said;
  });
}
