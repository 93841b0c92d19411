// Before the first paint: the theme that was chosen here, so that a page never flashes in the other one.
try {
  const theme = localStorage.getItem('parley-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is forbidden: the system's theme it is.
}
