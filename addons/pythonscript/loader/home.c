/* Finds the folder of Python and reads its `python.cfg`. PYTHON_BUNDLE is the name of a bundle's folder. */
#include "home.h"

#include <string.h>

static const char config_name[] = "python.cfg";

/* Join two parts of a path; an absolute second part is used alone. */
static void join(char *out, const char *folder, const char *name) {
    if (platform_is_absolute(name)) snprintf(out, PATH_ROOM, "%s", name);
    else if ((size_t)snprintf(out, PATH_ROOM, "%s/%s", folder, name) >= PATH_ROOM) out[0] = 0;
}

/* Keep one line of the file. */
static void keep(Home *home, const char *key, const char *value) {
    const struct { const char *key; char (*lines)[PATH_ROOM]; size_t *count; } lists[] = {
        {"preload", home->preload, &home->preload_count},
        {"libpython", home->libpython, &home->libpython_count},
        {"packages", home->packages, &home->packages_count},
        {"stdlib", home->stdlib, &home->stdlib_count},
    };
    if (!strcmp(key, "version")) snprintf(home->versions, sizeof home->versions, "%s", value);
    if (!strcmp(key, "executable")) join(home->executable, home->folder, value);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!strcmp(key, lists[i].key) && *lists[i].count < MOST_LINES) {
            char *line = lists[i].lines[(*lists[i].count)++];
            join(line, home->folder, value);
            /* The system searches for a plain name that is not here: an installed Python. */
            if (lists[i].lines == home->libpython && !strchr(value, '/') && !platform_exists(line))
                snprintf(line, PATH_ROOM, "%s", value);
        }
}

/* Read the lines `key = value` of the folder's python.cfg; return 0 if there is no such file. */
static int read_config(Home *home, const char *folder) {
    char path[PATH_ROOM], line[PATH_ROOM + 64];
    memset(home, 0, sizeof *home);
    snprintf(home->folder, sizeof home->folder, "%s", folder);
    join(path, folder, config_name);
    FILE *file = platform_open(path);
    if (!file) return 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        char *equals = strstr(line, " = ");
        if (!equals || line[0] == '#') continue;
        *equals = 0;
        keep(home, line, equals + 3);
    }
    fclose(file);
    return 1;
}

int home_find(Home *home, int exported, char *why, size_t room) {
    char own[PATH_ROOM], program[PATH_ROOM], folder[PATH_ROOM];
    if (exported && platform_program_folder(program, sizeof program)) {
        join(folder, program, PYTHON_BUNDLE);
        if (read_config(home, folder)) return 1;
    }
    if (!platform_library_folder(own, sizeof own)) {
        snprintf(why, room, "the folder of the library pythonscript cannot be found out.");
        return 0;
    }
    join(folder, own, PYTHON_BUNDLE);
    if (read_config(home, folder)) return 1;
    if (exported) {
        snprintf(why, room, "the folder %s is missing in %s. It belongs to the game: copy it along, or export again.",
                 PYTHON_BUNDLE, own);
        return 0;
    }
    if (read_config(home, own)) return 1;
    snprintf(why, room, "%s/%s is missing: run tools/run or addons/pythonscript/build.py to set the add-on up.", own,
             config_name);
    return 0;
}
