// Everything about the tree of organizations.
import { organizationOperations } from './organizations.ts'
import { partnerOperations } from './partner-console.ts'
import { viewOperations } from './views.ts'

export const organizationTreeOperations = { ...organizationOperations, ...partnerOperations, ...viewOperations }

export * from './partner-console.ts'
export * from './words.ts'
