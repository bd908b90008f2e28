/* The chosen theme before the first paint: a plain script in the head, without a module's wait. */
{
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
