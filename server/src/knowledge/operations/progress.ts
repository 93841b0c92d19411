// Follows the states of a dataset’s sources.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const streamDatasetProgress: Handler<'streamDatasetProgress', Knowledge> = notBuilt
