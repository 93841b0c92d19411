// The texts of the page about secrets.
export const secretTexts = {
  title: 'Secrets',
  intro:
    'Values that tools and MCP servers send as {{ secrets.NAME }}. They are stored encrypted and never shown. A key of a model provider, such as OPENAI_API_KEY, is used for this organization’s model calls.',
  toManage: 'see or set secrets',
  list: 'Secrets',
  empty: 'No secrets yet.',
  name: 'Name',
  nameHint: 'Uppercase letters, digits and underscores.',
  nameUnfit: 'Use 1 to 64 uppercase letters, digits and underscores. Do not start with a digit.',
  value: 'Value',
  valueHint: 'Stored exactly as you enter it, and not shown again.',
  valueMissing: 'Enter a value.',
  updated: 'Updated',
  add: 'New secret',
  replace: (name: string) => `Replace ${name}`,
  submit: 'Save',
  done: (name: string) => `${name} saved`,
  remove: (name: string) => `Delete ${name}`,
  removeText: 'From the next call on, nothing is sent in its place.',
  removed: (name: string) => `${name} deleted`,
} as const
