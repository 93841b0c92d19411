// The operations on sources, for contract.test.ts.
import type { knowledgeOperations } from '@parley/contract'
import { giveText } from './fixture.ts'
import type { EntriesOf, World } from '../../contract/entries.ts'

const named = (name: string) => ({ items: [{ name, type: 'FILE' as const }] })

const newFile = async ({ client }: World) => (await client.createSources(named('manual.txt')))[0]!

const newUpload = async (world: World) => {
  const { id, presigned_url } = await newFile(world)
  return {
    source_id: id,
    token: new URL(presigned_url!).searchParams.get('token')!,
    file: new Blob(['Press the button.']),
  }
}

const newContent = async ({ client }: World) => {
  const [source] = await client.createSources({ file: new File(['Press the button.'], 'manual.txt') })
  return { source_id: source!.id }
}

const newText = async (world: World) => {
  const { source_id } = await newContent(world)
  await giveText(world.server, source_id, '# Manual\n')
  return { source_id }
}

type Ours =
  | 'createSources'
  | 'listSources'
  | 'getSource'
  | 'updateSource'
  | 'deleteSource'
  | 'createSourceUploadUrl'
  | 'uploadSource'
  | 'getSourceFile'
  | 'getSourceMarkdown'

export const entries: EntriesOf<Pick<typeof knowledgeOperations, Ours>> = {
  createSources: { input: () => named('manual.txt'), outsider: 'own' },
  listSources: { input: () => ({}), outsider: 'own' },
  getSource: { input: async (world) => ({ source_id: (await newFile(world)).id }), outsider: 'not found' },
  updateSource: {
    input: async (world) => ({ source_id: (await newFile(world)).id, description: 'How it works' }),
    outsider: 'not found',
  },
  deleteSource: { input: async (world) => ({ source_id: (await newFile(world)).id }), outsider: 'not found' },
  createSourceUploadUrl: { input: async (world) => ({ source_id: (await newFile(world)).id }), outsider: 'not found' },
  // The token alone decides.
  uploadSource: { input: newUpload, outsider: 'own' },
  getSourceFile: { input: newContent, outsider: 'not found' },
  getSourceMarkdown: { input: newText, outsider: 'not found' },
}
