/** System calls that `--seccomp-allow` refuses: each would undo another layer, so no program is helped by it alone. */
const refused: readonly { calls: string; it: string }[] = [
  {
    calls: 'clone clone3 fork vfork execve execveat',
    it: 'makes processes, or replaces this one, out of sight of the supervisor',
  },
  {
    calls: 'ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp',
    it: 'reaches into other processes',
  },
  {
    calls:
      'unshare setns mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount ' +
      'fspick mount_setattr',
    it: 'changes namespaces and mounts, which hold the container',
  },
  {
    calls:
      'bpf perf_event_open userfaultfd init_module finit_module create_module delete_module kexec_load ' +
      'kexec_file_load iopl ioperm modify_ldt uprobe uretprobe',
    it: "reaches the kernel's inside",
  },
  {
    calls: 'io_uring_setup io_uring_enter io_uring_register',
    it: 'makes system calls that no filter sees',
  },
  { calls: 'open_by_handle_at', it: 'opens files outside every directory that was granted' },
  { calls: 'add_key request_key keyctl', it: "reaches the host's keyrings, which no namespace separates" },
  {
    calls: 'mmap mprotect pkey_mprotect mremap remap_file_pages shmat personality map_shadow_stack',
    it: 'makes executable memory, or moves it, when its arguments are unchecked',
  },
  {
    calls: 'reboot swapon swapoff settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname acct',
    it: 'changes the whole machine',
  },
];

/** What such a call does, as the end of a sentence that starts with "it"; null: it may be allowed. */
export function refusedReason(name: string): string | null {
  return refused.find(({ calls }) => calls.split(' ').includes(name))?.it ?? null;
}
