// What conversations asked of a dataset.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const listDatasetRetrievals: Handler<'listDatasetRetrievals', Knowledge> = notBuilt
