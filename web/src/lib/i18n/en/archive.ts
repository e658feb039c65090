/** Taking a room, or what is one's own, along as pages. */
export const archive = {
  'room.archive': 'Download conversation',
  'archive.room.title': 'Download {room}',
  'archive.room.text':
    'All messages and files of this room in one ZIP. Open it without a network in any browser, and search in it.',
  'archive.person': 'My data',
  'archive.person.text':
    'Everything you wrote and uploaded, your direct messages and what is stored about you, in one ZIP. Open it without a network in any browser, and search in it.',
  'archive.make': 'Prepare the file',
  'archive.makeAgain': 'Prepare it again',
  'archive.replaces': 'It takes the place of the file above.',
  'archive.waiting': 'Waiting until another one is finished…',
  'archive.making': 'Being prepared…',
  'archive.mayClose':
    'You may close this: as long as Maru stays open, you are told when the file is ready.',
  'archive.stop': 'Stop',
  'archive.messages': '{n} message|{n} messages',
  'archive.until': 'To be had until {time}.',
  'archive.missing':
    '{n} file is missing: the server does not have it any more.|{n} files are missing: the server does not have them any more.',
  'archive.remove': 'Remove the file',
  'archive.done': '{name} is ready to be downloaded.',
  'archive.failed': '{name} could not be prepared.',
  'archive.conflict': 'Another file is still being prepared. Stop that one first.',
  'archive.problem.no_space': 'The server’s disk has not enough room. Ask an administrator.',
  'archive.problem.forbidden': 'You are no longer in this room.',
  'archive.problem.stopped': 'The server was restarted meanwhile. Please start again.',
  'archive.problem.fault': 'Something went wrong. Please try again.',
};
