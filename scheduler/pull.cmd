@echo off
rem orderbak on the office machine (Windows): one pull; orderbak-pull.task.xml calls this every night.
rem
rem Where:     %ProgramData%\orderbak\pull.cmd, beside orderbak.toml (see orderbak-pull.task.xml)
rem Switch on: orderbak-pull.task.xml
rem Last run:  schtasks /Query /TN orderbak-pull /V /FO LIST  ("Last Result" is the exit code)
rem
rem Other places: set ORDERBAK_BIN ("where orderbak" says where it is) and ORDERBAK_CONFIG. Arguments are passed on to "orderbak pull".
setlocal

set "BIN=%ORDERBAK_BIN%"
set "CONFIG=%ORDERBAK_CONFIG%"
rem This script's own setting, not one of orderbak's: do not hand it on.
set "ORDERBAK_BIN="

rem npm install --global puts orderbak.cmd into the user's own folder; else it is looked for on PATH.
if not defined BIN if exist "%APPDATA%\npm\orderbak.cmd" set "BIN=%APPDATA%\npm\orderbak.cmd"
if not defined BIN set "BIN=orderbak.cmd"
if not defined CONFIG set "CONFIG=%ProgramData%\orderbak\orderbak.toml"

call "%BIN%" pull --config "%CONFIG%" %*
exit /b %ERRORLEVEL%
