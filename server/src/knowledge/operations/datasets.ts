// The operations on datasets.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const createDataset: Handler<'createDataset', Knowledge> = notBuilt

export const listDatasets: Handler<'listDatasets', Knowledge> = notBuilt

export const getDataset: Handler<'getDataset', Knowledge> = notBuilt

export const updateDataset: Handler<'updateDataset', Knowledge> = notBuilt

export const deleteDataset: Handler<'deleteDataset', Knowledge> = notBuilt
