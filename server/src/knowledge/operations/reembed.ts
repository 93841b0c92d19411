// Re-embeds a dataset.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const reembedDataset: Handler<'reembedDataset', Knowledge> = notBuilt
