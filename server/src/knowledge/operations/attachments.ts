// The operations on sources in a dataset.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const listDatasetSources: Handler<'listDatasetSources', Knowledge> = notBuilt

export const attachSources: Handler<'attachSources', Knowledge> = notBuilt

export const attachSourcesByPattern: Handler<'attachSourcesByPattern', Knowledge> = notBuilt

export const getDatasetSource: Handler<'getDatasetSource', Knowledge> = notBuilt

export const updateDatasetSource: Handler<'updateDatasetSource', Knowledge> = notBuilt

export const detachSource: Handler<'detachSource', Knowledge> = notBuilt

export const reprocessDatasetSource: Handler<'reprocessDatasetSource', Knowledge> = notBuilt

export const listDatasetSourceChunks: Handler<'listDatasetSourceChunks', Knowledge> = notBuilt
