// The texts of the frame around every page, and of what stands in for a page.
export const shellTexts = {
  nav: {
    label: 'Main',
    skip: 'Skip to content',
    reference: 'Documentation',
    signOut: 'Sign out',
    account: 'Account',
    organization: 'Organization',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    shortcuts: 'Keyboard shortcuts',
  },
  /** The title of the window. */
  counted: (title: string, count: number) => (count === 0 ? title : `(${count > 99 ? '99+' : count}) ${title}`),
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
    on: 'Keys without Ctrl',
    onHint: 'Switch them off if you speak to your computer or press keys by mistake. Esc, Enter and Ctrl+Enter stay.',
    rows: [
      ['j ↓', 'Next row'],
      ['k ↑', 'Previous row'],
      ['Home End', 'First or last row'],
      ['Enter', 'Open'],
      ['/', 'Search'],
      ['f', 'Add a filter'],
      ['n', 'New agent or knowledge base; in a conversation: write a note'],
      ['Ctrl+S', 'Save the agent'],
      ['Esc', 'Back'],
      ['?', 'Keyboard shortcuts'],
      ['t', 'Take a conversation'],
      ['r', 'Write a reply'],
      ['a', 'Assign'],
      ['s', 'Snooze'],
      ['u', 'Return to the agent'],
      ['e', 'End'],
      ['Ctrl+Enter', 'Send'],
    ] as readonly (readonly [string, string])[],
  },
} as const
