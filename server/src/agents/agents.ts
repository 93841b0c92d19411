// The face of agents: their versions, configurations and generated instructions.
export { findImportedVersion } from './imported.ts'
export {
  type BegunGeneration,
  type Generation,
  type GenerationOutcome,
  askForInstructions,
  beginGeneration,
  finishGeneration,
  generation_work,
  outdated,
} from './instruction-generation.ts'
export { findAgentsNaming } from './dataset-queries.ts'
export { findAgentsWithWorkflow } from './workflow-queries.ts'
export { makeDraft, requireAgent, requireVersion } from './lookup.ts'
export { readAgentConfig, readAgentConfigOrDefaults } from './read-config.ts'
export { readTimedRules } from './read-timed-rules.ts'
export {
  type VersionReference,
  agentsExist,
  findVersionForNewConversation,
  findVersionToPin,
  foreseeVersion,
  saveInlineVersion,
  stillChosen,
} from './versions.ts'
export type { AgentContributions } from './services.ts'
