// The memory of a server process, measured with its inspector: the heap after a full garbage collection.
export interface Heap {
  heap_mib: number
  rss_mib: number
}

interface InspectorAnswer {
  id: number
  result?: { usedSize: number; backingStorageSize?: number; result?: { value: number } }
  error?: { message: string }
}

const mib = 1024 * 1024

/** For a process started with `--inspect`, which prints the inspector's address to standard error. */
export async function openHeap(output: string): Promise<{ read(): Promise<Heap> } & Disposable> {
  const address = /Debugger listening on (ws:\S+)/.exec(output)?.[1]
  if (address === undefined) throw new Error('the server has no inspector')
  const socket = new WebSocket(address)
  const waiting = new Map<number, PromiseWithResolvers<NonNullable<InspectorAnswer['result']>>>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as InspectorAnswer
    if (error) waiting.get(id)?.reject(new Error(error.message))
    else waiting.get(id)?.resolve(result!)
    waiting.delete(id)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('could not connect to the inspector')))
  })
  let last = 0
  const ask = (method: string, params = {}) => {
    const answer = Promise.withResolvers<NonNullable<InspectorAnswer['result']>>()
    waiting.set((last += 1), answer)
    socket.send(JSON.stringify({ id: last, method, params }))
    return answer.promise
  }
  return {
    async read() {
      await ask('HeapProfiler.collectGarbage')
      const { usedSize, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage')
      const rss = await ask('Runtime.evaluate', { expression: 'process.memoryUsage.rss()' })
      return { heap_mib: (usedSize + backingStorageSize) / mib, rss_mib: rss.result!.value / mib }
    },
    [Symbol.dispose]: () => socket.close(),
  }
}
