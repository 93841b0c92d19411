// `npm run build` in this folder.
import { buildSite } from './build.ts'

await buildSite()
