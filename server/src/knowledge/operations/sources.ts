// The operations on sources.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const createSources: Handler<'createSources', Knowledge> = notBuilt

export const listSources: Handler<'listSources', Knowledge> = notBuilt

export const getSource: Handler<'getSource', Knowledge> = notBuilt

export const updateSource: Handler<'updateSource', Knowledge> = notBuilt

export const deleteSource: Handler<'deleteSource', Knowledge> = notBuilt

export const createSourceUploadUrl: Handler<'createSourceUploadUrl', Knowledge> = notBuilt
