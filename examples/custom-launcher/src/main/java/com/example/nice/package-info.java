/** A launcher that runs every process at low priority, through {@code nice}. */
package com.example.nice;
