import { describe, expect, it } from 'vitest';
import { nobodyIn } from './postgres-account.ts';
import { movedPath } from './postgres-binaries.ts';
import { parsePidFile } from './postmaster.ts';

describe('parsePidFile', () => {
  it('reads process id and port', () => {
    const text = '4711\n/data\n1795996800\n37687\n\n127.0.0.1\n  1234 56\nready   \n';
    expect(parsePidFile(text)).toEqual({ pid: 4711, port: 37687 });
  });

  it('knows no port while the server has not written it', () => {
    expect(parsePidFile('4711\n/data\n1795996800\n')).toEqual({ pid: 4711 });
  });

  it.each(['', '\n', '-4711\n', 'garbage\n', '0\n'])('finds no server in %j', (text) => {
    expect(parsePidFile(text)).toBeUndefined();
  });
});

describe('nobodyIn', () => {
  it('reads the ids of the user nobody', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/bash\nnobody:x:99:98:nobody:/nonexistent:/usr/sbin/nologin\n';
    expect(nobodyIn(passwd)).toEqual({ uid: 99, gid: 98 });
  });

  it('knows the usual ids when the file does not', () => {
    expect(nobodyIn('root:x:0:0:root:/root:/bin/bash\n')).toEqual({ uid: 65534, gid: 65534 });
  });
});

describe('movedPath', () => {
  it('is the same for the same path and another for another', () => {
    expect(movedPath('/root/.data')).toBe(movedPath('/root/.data'));
    expect(movedPath('/root/.data')).not.toBe(movedPath('/root/data'));
  });
});
