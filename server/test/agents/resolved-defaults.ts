// What a configuration means that mentions neither tools nor knowledge bases nor people.
import { expect } from 'vitest'
import { resolveHandOff, resolveSatisfaction } from '../../src/agents/rules/hand-off.ts'

const noKnowledge = { knowledge_bases: [], search_knowledge: null, retrieval: expect.any(Object) as object }
export const noTools = {
  ...{ hand_off: resolveHandOff(null, 'a/b'), satisfaction: resolveSatisfaction(null) },
  tools: [],
  mcp_servers: [],
  widgets: [],
  forms: [],
  end_conversation: null,
  ...noKnowledge,
}
