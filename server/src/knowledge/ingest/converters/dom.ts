// As much of a document as converters use: the server is compiled without the types of browsers.

export interface DomNode {
  readonly textContent: string | null
  readonly nodeName: string
  readonly parentNode: DomNode | null
  readonly childNodes: Iterable<DomNode>
  appendChild(child: DomNode): void
  removeChild(child: DomNode): void
  remove(): void
}

export interface DomElement extends DomNode {
  readonly tagName: string
  getAttribute(name: string): string | null
  setAttribute(name: string, value: string): void
  querySelector(selector: string): DomElement | null
  querySelectorAll(
    selector: string,
  ): Iterable<DomElement> & { readonly length: number; readonly [index: number]: DomElement }
}

export interface DomDocument extends Pick<DomElement, 'querySelector' | 'querySelectorAll' | 'childNodes'> {
  readonly documentElement: DomElement
  readonly body: DomElement
  cloneNode(deep: true): DomDocument
  createTreeWalker(root: DomDocument, what: number): { nextNode(): DomNode | null; readonly currentNode: DomNode }
}
