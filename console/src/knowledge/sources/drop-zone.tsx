// Where files are dropped, or chosen by keyboard.
import { type DragEvent, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icons.tsx'
import { notifyError } from '../../ui/notify.ts'
import { sourceTexts as words } from './texts.ts'

interface Props {
  onFiles: (files: readonly File[]) => void
  onPages: () => void
  onExisting: () => void
}

export function DropZone({ onFiles, onPages, onExisting }: Props) {
  const chooser = useRef<HTMLInputElement>(null)
  /** Entering a child comes before leaving its parent. */
  const inside = useRef(0)
  const [isOver, setOver] = useState(false)
  const track = (change: number) => {
    inside.current += change
    setOver(inside.current > 0)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    inside.current = 0
    setOver(false)
    const { files, hasFolders } = readDropped(event.dataTransfer)
    if (hasFolders) notifyError(new Error(words.folders))
    if (files.length > 0) onFiles(files)
  }
  return (
    <div
      onDragEnter={() => track(1)}
      onDragLeave={() => track(-1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
      className={classes(
        'flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-dashed px-4 py-3',
        isOver ? 'border-accent bg-accent-wash' : 'border-edge bg-surface',
      )}
    >
      <Icon name="upload" width="20" height="20" className="shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">{isOver ? words.dropNow : words.drop}</p>
        <p className="text-xs text-faint">{words.dropHint}</p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" onClick={() => chooser.current?.click()}>
          {words.choose}
        </Button>
        <Button icon="link" onClick={onPages}>
          {words.addPages}
        </Button>
        <Button icon="plus" onClick={onExisting}>
          {words.addExisting}
        </Button>
      </div>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={words.choose}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          // The same file can be chosen again.
          currentTarget.value = ''
        }}
      />
    </div>
  )
}

function readDropped({ items, files }: DataTransfer): { files: File[]; hasFolders: boolean } {
  const folders = [...items].flatMap((item) => {
    const entry = item.webkitGetAsEntry?.()
    return entry?.isDirectory ? [entry.name] : []
  })
  return { files: [...files].filter(({ name }) => !folders.includes(name)), hasFolders: folders.length > 0 }
}
