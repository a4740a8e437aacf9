/* Where Python is: the folder that holds `python.cfg`, and the content of that file. */
#ifndef PYTHONSCRIPT_HOME_H
#define PYTHONSCRIPT_HOME_H

#include "platform.h"

/* Most lines of one kind in a python.cfg. */
#define MOST_LINES 8

typedef struct {
    char folder[PATH_ROOM];                /* of python.cfg; its paths are relative to this folder */
    char versions[64];                     /* Python versions that the add-on was built for, like "3.11 3.12" */
    char preload[MOST_LINES][PATH_ROOM];   /* libraries that libpython and its modules need */
    size_t preload_count;
    char libpython[MOST_LINES][PATH_ROOM]; /* libraries to try, in order */
    size_t libpython_count;
    char executable[PATH_ROOM];            /* the Python whose environment is used, or "" */
    char packages[MOST_LINES][PATH_ROOM];  /* the add-on's packages: folders or zips for sys.path */
    size_t packages_count;
    char stdlib[MOST_LINES][PATH_ROOM];    /* the standard library; if there is any, this is a bundle */
    size_t stdlib_count;
} Home;

/* Find Python and read its python.cfg. Return 0 with a sentence in `why` where there is none.

   Looked for are, in this order: the bundle beside the program (`exported` only), the bundle beside this library, and
   the python.cfg beside this library that build.py writes (not if `exported`). */
int home_find(Home *home, int exported, char *why, size_t room);

#endif
