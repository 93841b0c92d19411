// What knowledge bases can do here.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const getKnowledgeCapabilities: Handler<'getKnowledgeCapabilities', Knowledge> = notBuilt
