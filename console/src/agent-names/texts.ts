// The texts of a search for agents by name.
export const agentNameTexts = {
  contains: 'Contains',
  none: 'No agent has this name.',
} as const
