// The operations on crawls.
import type { Handler } from '../../calls/context.ts'
import type { Knowledge } from '../services.ts'
import { notBuilt } from './not-built.ts'

export const crawlSource: Handler<'crawlSource', Knowledge> = notBuilt

export const cancelSourceCrawl: Handler<'cancelSourceCrawl', Knowledge> = notBuilt

export const listSourceCrawls: Handler<'listSourceCrawls', Knowledge> = notBuilt

export const listCrawlPages: Handler<'listCrawlPages', Knowledge> = notBuilt
