// The texts of the page that tests an agent.
export const tryAgentTexts = {
  title: (agent: string) => `Try ${agent}`,
  back: (agent: string) => `Edit ${agent}`,
  version: 'Version',
  noVersion: 'This agent has no version yet. Save one, then come back.',
} as const
