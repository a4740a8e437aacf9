/* Starting an interpreter. One such function is compiled for each Python version: the structure PyConfig differs. */
#ifndef PYTHONSCRIPT_START_H
#define PYTHONSCRIPT_START_H

#include <stddef.h>

typedef struct {
    void *library;             /* the loaded libpython */
    const char *program;       /* the Python whose environment is used (sys.executable); "" for none */
    const char *home;          /* the folder of a bundle, "" for the standard library of `program` */
    const char *const *search; /* sys.path of a bundle, complete */
    size_t search_count;
} PythonStart;

/* Start the interpreter. Return 0 on failure, with the reason in `why`. */
typedef int (*PythonStarter)(const PythonStart *order, char *why, size_t room);

#endif
