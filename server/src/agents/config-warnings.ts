// Names the keys of a configuration that are kept but have no effect, at any depth, so that nobody waits for them to work.
import { type Schema, findMeantBranch, isObject } from './config-faults.ts'

const max_warnings = 100
const max_key_characters = 100

/** Keys that have a meaning, but whose capability this server does not have yet; relative paths. */
const laterPaths =
  /^(mcp_servers|knowledge_bases|built_in_tools|forms|quick_actions|inactivity|retention|stt|tts|turn_detection|voicemail_detection|pre_conversation_workflow|post_conversation_workflow|recording|analysis\.(outcome|extract|success)|tools\.\d+\.(output|actions_on_error)|tools\.\d+\.actions\.\d+\..+)$/

export function listWarnings(config: Record<string, unknown>, schema: Schema, prefix: string): string[] {
  const paths: string[] = []
  collectUnknownKeys(config, schema, [], paths)
  return paths
    .sort()
    .slice(0, max_warnings)
    .map((path) => {
      const reason = laterPaths.test(path) ? 'is not supported yet' : 'is not known'
      return `${prefix}.${path} ${reason}; it is kept and has no effect`
    })
}

/** Goes as deep as the schema does: what is inside of an unknown key, or of the wrong type, is not looked at. */
function collectUnknownKeys(value: unknown, schema: Schema, parts: string[], paths: string[]): void {
  const known = schema.anyOf ? findMeantBranch(schema, value) : schema
  if (Array.isArray(value) && known?.items) {
    for (const [index, item] of value.entries()) collectUnknownKeys(item, known.items, [...parts, String(index)], paths)
  } else if (isObject(value) && known?.properties) {
    for (const [key, entry] of Object.entries(value)) {
      if (Object.hasOwn(known.properties, key)) {
        collectUnknownKeys(entry, known.properties[key]!, [...parts, key], paths)
      } else {
        paths.push([...parts, key.slice(0, max_key_characters)].join('.'))
      }
    }
  }
}
