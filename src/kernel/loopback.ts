const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Whether only this machine can connect to a server that listens on this host. */
export function isLoopbackHost(host: string): boolean {
  return loopback.test(host);
}
