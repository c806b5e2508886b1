/* stop c|break FILE PROGRAM ARGUMENT...: runs the program in a console of its own, presses Ctrl-C or Ctrl-Break there as
   soon as FILE exists, and ends with the program's exit code. */
#include <windows.h>
#include <wchar.h>

static BOOL WINAPI ignore(DWORD event) { (void)event; return TRUE; }

/* Where the command line's argument NUMBER begins: none has a quoted space before that. */
static WCHAR *argument(WCHAR *line, int number) {
  while (number-- > 0) {
    BOOL quoted = FALSE;
    for (; *line && (quoted || *line != L' '); line++) quoted ^= *line == L'"';
    while (*line == L' ') line++;
  }
  return line;
}

static HANDLE start(WCHAR *line, DWORD flags) {
  STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
  PROCESS_INFORMATION process;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, &process)) ExitProcess(99);
  return process.hProcess;
}

static int ended(HANDLE process) {
  DWORD code = 98;
  WaitForSingleObject(process, INFINITE);
  GetExitCodeProcess(process, &code);
  return (int)code;
}

/* Presses the key. Wine's console has no Ctrl-Break: there, the thread that Windows starts in a program for such a key is
   started by hand. */
static BOOL press(DWORD key, HANDLE program) {
  if (GenerateConsoleCtrlEvent(key, 0)) return TRUE;
  void *routine = (void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "CtrlRoutine");
  return routine && CreateRemoteThread(program, NULL, 0, routine, (void *)(ULONG_PTR)key, 0, NULL);
}

int wmain(int count, WCHAR **words) {
  WCHAR line[32768];
  if (count < 4) return 97;
  if (!GetEnvironmentVariableW(L"STOP_INSIDE", line, 8)) {
    SetEnvironmentVariableW(L"STOP_INSIDE", L"1");
    wcscpy(line, GetCommandLineW());
    return ended(start(line, CREATE_NO_WINDOW));
  }
  SetConsoleCtrlHandler(ignore, TRUE);
  wcscpy(line, argument(GetCommandLineW(), 3));
  HANDLE program = start(line, 0);
  while (GetFileAttributesW(words[2]) == INVALID_FILE_ATTRIBUTES && WaitForSingleObject(program, 10) == WAIT_TIMEOUT) {}
  if (!press(wcscmp(words[1], L"break") == 0 ? CTRL_BREAK_EVENT : CTRL_C_EVENT, program)) return 96;
  return ended(program);
}
