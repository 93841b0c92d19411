// The texts of the page about the organization.
export const organizationTexts = {
  title: 'Organization',
  facts: 'About',
  change: 'Edit',
  toChange: 'edit the organization',
  name: 'Name',
  nameMissing: 'Enter a name.',
  slug: 'Slug',
  slugHint: 'Used on the command line. Lowercase letters, digits and hyphens.',
  id: 'ID',
  created: 'Created',
  settings: 'Settings by API',
  noSettings: 'None',
  done: 'Organization updated',
} as const
