// The texts of the page about models.
export const modelTexts = {
  title: 'Models',
  intro: 'The models that your agents can use.',
  toSee: 'see models',
  list: 'Models',
  hint: 'To add a provider, save its key as a secret.',
  model: 'Model',
  anyModel: 'any model of this provider',
  default: 'Default',
  source: 'Source',
  sources: {
    built_in: 'Built in',
    environment: 'Server settings',
    organization: 'Key in your secrets',
  },
} as const
