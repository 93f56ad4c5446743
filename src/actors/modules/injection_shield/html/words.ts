/** Elements that run, load or change how the rest of the page is read, with the points for an opening tag. */
export const ACTIVE_TAGS: ReadonlyMap<string, number> = new Map([
  ...[
    'script',
    'iframe',
    'object',
    'embed',
    'applet',
    'base',
    'meta',
    'link',
    'frame',
    'frameset',
    'isindex',
    'bgsound',
    'layer',
    'ilayer',
    'svg',
    'math',
    'style',
    'xml',
    'import',
    'portal',
    'foreignobject',
    'animate',
    'xss',
  ].map((name) => [name, 5] as const),
  ...['form', 'noscript', 'template', 'marquee', 'blink', 'plaintext', 'listing', 'comment', 'dialog', 'slot', 'handler', 'title'].map(
    (name) => [name, 3] as const,
  ),
]);

/** True for an attribute that is a known event handler, or is named like one. */
export const isHandler = (name: string): boolean => /^on[a-z]{3,26}$/.test(name) && !NOT_HANDLERS.has(name);

const NOT_HANDLERS = new Set([
  'only',
  'once',
  'online',
  'ongoing',
  'onto',
  'ontology',
  'onboard',
  'onboarding',
  'onsite',
  'onset',
  'onward',
  'onwards',
  'onion',
  'onyx',
  'onus',
  'onestop',
  'onetime',
]);

/** True for the events that browsers know: outside a tag only these are taken for a handler. */
export const isKnownEvent = (name: string): boolean => EVENTS.has(name);

const EVENTS = new Set(
  (
    'abort activate afterprint afterscriptexecute animationcancel animationend animationiteration animationstart auxclick beforeactivate beforecopy beforecut beforedeactivate beforeeditfocus beforeinput beforematch beforepaste beforeprint beforescriptexecute beforetoggle beforeunload begin blur bounce ' +
    'cancel canplay canplaythrough cellchange change click close contentvisibilityautostatechange contextmenu controlselect copy cuechange cut dataavailable datasetchanged datasetcomplete dblclick deactivate drag dragdrop dragend dragenter dragexit dragleave dragover dragstart drop durationchange ' +
    'emptied end ended error errorupdate filterchange finish focus focusin focusout formdata formchange forminput fullscreenchange gesturestart gestureend gotpointercapture hashchange help input invalid keydown keypress keyup layoutcomplete load loadeddata loadedmetadata loadend loadstart losecapture lostpointercapture ' +
    'mediacomplete mediaerror message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup mousewheel move moveend movestart offline online outofsync pagehide pageshow pagereveal pageswap paste pause play playing pointercancel pointerdown pointerenter pointerleave pointermove pointerout pointerover pointerrawupdate pointerup popstate progress propertychange ' +
    'ratechange readystatechange rejectionhandled repeat reset resize resizeend resizestart resume reverse rowdelete rowenter rowexit rowinserted scroll scrollend scrollsnapchange search securitypolicyviolation seek seeked seeking select selectionchange selectstart show slotchange stalled start stop storage submit suspend syncrestored ' +
    'timeerror timeupdate toggle touchcancel touchend touchmove touchstart trackchange transitioncancel transitionend transitionrun transitionstart unhandledrejection unload urlflip visibilitychange volumechange waiting webkitanimationend webkitanimationiteration webkitanimationstart webkitmouseforceup webkitplaybacktargetavailabilitychanged webkittransitionend wheel zoom'
  )
    .split(' ')
    .map((event) => `on${event}`),
);

/** Attributes whose value is an address that the browser follows or loads. */
export const isAddressAttribute = (name: string): boolean => ADDRESSES.has(name);

const ADDRESSES = new Set(
  'src href action formaction data background poster dynsrc lowsrc codebase code classid xlink:href cite longdesc usemap profile manifest archive ping value content from to values srcset icon url'.split(
    ' ',
  ),
);

/** Attributes that are only seen in attacks, with their points. */
export const ACTIVE_ATTRIBUTES: ReadonlyMap<string, number> = new Map([
  ['srcdoc', 5],
  ['formaction', 5],
  ['http-equiv', 5],
  ['datasrc', 5],
  ['datafld', 4],
  ['dataformatas', 5],
  ['dynsrc', 4],
  ['lowsrc', 4],
  ['implementation', 5],
  ['allowscriptaccess', 5],
  ['attributename', 5],
  ['fscommand', 5],
  ['seeksegmenttime', 5],
  ['xlink:href', 3],
  ['autofocus', 2],
  ['contenteditable', 2],
  ['accesskey', 2],
]);
