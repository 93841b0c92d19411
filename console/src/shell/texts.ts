// The texts of the frame around every page, and of what stands in for a page.
export const shellTexts = {
  nav: {
    label: 'Main',
    skip: 'Skip to content',
    reference: 'API reference',
    signOut: 'Sign out',
    account: 'Account',
    organization: 'Organization',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    shortcuts: 'Keyboard shortcuts',
  },
  notFound: {
    title: 'Page not found',
    text: 'Check the address. What it led to may have been deleted.',
    toInbox: 'Go to inbox',
  },
  crashed: {
    title: 'Something went wrong. Reload the page.',
    reload: 'Reload',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    rows: [
      ['j ↓', 'Next row'],
      ['k ↑', 'Previous row'],
      ['Home End', 'First or last row'],
      ['Enter', 'Open'],
      ['/', 'Search'],
      ['f', 'Add a filter'],
      ['n', 'New agent or knowledge base'],
      ['Ctrl+S', 'Save the agent'],
      ['Esc', 'Back'],
      ['?', 'Keyboard shortcuts'],
    ] as readonly (readonly [string, string])[],
  },
} as const
